'use strict';
module.exports = () => {
  throw new Error('images are rastered by agent/paper/raster.ts, never by escpos');
};
