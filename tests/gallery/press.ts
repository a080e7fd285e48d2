/** Presses these one after the other, by their test ids, each as soon as it can be pressed. */
export const press = (testIds: readonly string[]): void => {
  const [first, ...rest] = testIds;
  if (first === undefined) return;
  const found = document.querySelector<HTMLElement>(`[data-testid="${first}"]:not(:disabled)`);
  found?.click();
  requestAnimationFrame(() => press(found === null ? testIds : rest));
};
