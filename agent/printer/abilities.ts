import type { PrinterCommand } from './decode.js';
import type { PrinterProfile } from './profile.js';

/** Why a model does not obey a command, by its profile; `undefined` if it does. */
export function lacks(profile: PrinterProfile, command: PrinterCommand): string | undefined {
  const { raster, qr, page, cut, nv, presenter, status } = profile;
  switch (command.kind) {
    case 'raster':
      return raster.command === 'gs-v-0' ? undefined : 'this model has no GS v 0';
    case 'graphicStore':
    case 'graphicPrint':
      return raster.command === 'gs-l' ? undefined : 'this model has no GS ( L <Function 112>';
    case 'qrModel':
    case 'qrModule':
    case 'qrLevel':
    case 'qrStore':
    case 'qrPrint':
      return qr === 'native' ? undefined : 'this model draws no QR codes';
    case 'pageStart':
    case 'pageArea':
    case 'pagePrint':
    case 'positionX':
    case 'positionY':
      return page ? undefined : 'this model has no page mode';
    case 'cut':
      return cut.command === command.by ? undefined : `this model has no ${command.by}`;
    case 'present':
      return presenter === null ? 'this model has no presenter' : undefined;
    case 'nvDefine':
    case 'nvPrint':
    case 'nvDelete':
      return nv === null ? 'this model stores no graphics' : undefined;
    case 'nvList':
    case 'listAnswer':
      return nv?.keyList === true ? undefined : 'this model does not tell what it stores';
    case 'processId':
      return status.processId ? undefined : 'this model has no GS ( H';
    case 'sendPaperStatus':
      return status.gsR ? undefined : 'this model has no GS r';
    default:
      return undefined;
  }
}
