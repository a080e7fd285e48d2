const parts = (hex: string): number[] =>
  [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
const makeHex = (values: readonly number[]): string =>
  `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
const mix = (hex: string, target: number, share: number): string =>
  makeHex(parts(hex).map((value) => value + (target - value) * share));

/** Relative luminance of WCAG 2, 0 to 1. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = parts(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** The shades of a centre's brand colour (`#rrggbb`), by the names of the theme. */
export const brandShades = (brand: string): Readonly<Record<string, string>> => {
  const light = luminance(brand);
  return {
    '--brand': brand,
    '--brand-strong': mix(brand, 0, light > 0.18 ? 0.6 : 0.3),
    '--brand-soft': mix(brand, 255, 0.88),
    // White on the brand needs 4.5:1, which a luminance up to 0.183 gives.
    '--on-brand': light > 0.183 ? mix(brand, 0, 0.85) : makeHex([255, 255, 255]),
  };
};

/** Gives the page a centre's brand colour. Dark boards keep their own. */
export const wearBrand = (brand: string, root: HTMLElement = document.documentElement): void => {
  if (root.dataset['theme'] === 'board') return;
  for (const [name, value] of Object.entries(brandShades(brand))) {
    root.style.setProperty(name, value);
  }
};
