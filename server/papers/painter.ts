import { parentPort } from 'node:worker_threads';
import { preview, type PreviewWish } from '../../paper/preview.js';

parentPort?.on('message', ({ id, wish }: { id: number; wish: PreviewWish }) => {
  parentPort?.postMessage({ id, preview: preview(wish) });
});
