'use strict';
module.exports = () => {
  throw new Error('images are rastered by paper/raster.ts, never by escpos');
};
