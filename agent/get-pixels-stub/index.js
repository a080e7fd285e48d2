'use strict';
module.exports = () => {
  throw new Error('images are rastered by agent/raster.ts, never by escpos');
};
