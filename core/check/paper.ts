import { SLIP_NEEDS, TICKET_NEEDS } from '../design.js';
import { twice, type Mistake, type Sections } from './sections.js';

interface Row {
  readonly field: string;
}

/** Fields that stand twice, are missing, or have nothing to show. */
const rowMistakes = (
  path: string,
  rows: readonly Row[],
  { needs, empty }: { readonly needs: readonly string[]; readonly empty: readonly string[] },
): Mistake[] => {
  const places = rows.map(({ field }, index) => ({
    path: `${path}[${index}].field`,
    value: field,
  }));
  const missing = needs.filter((need) => !rows.some(({ field }) => field === need));
  const idle = places.filter(({ value }) => empty.includes(value));
  return [
    ...twice(places),
    ...missing.map((need) => ({ path, reason: `has no "${need}": add it` })),
    ...idle.map((place) => ({
      path: place.path,
      reason: `there is no paper.${place.value} to show: set it, or remove this field`,
    })),
  ];
};

/** Papers that would not say what they are for. */
export const paperMistakes = ({ paper }: Sections): Mistake[] => {
  if (paper?.value === undefined) return [];
  const { ticket, slip, logo, note } = paper.value;
  const empty = [...(logo === null ? ['logo'] : []), ...(note === null ? ['note'] : [])];
  return [
    ...rowMistakes('paper.ticket', ticket, { needs: TICKET_NEEDS, empty }),
    ...rowMistakes('paper.slip', slip, { needs: SLIP_NEEDS, empty }),
  ];
};
