import type { Words } from '../../core/configuration.js';

/** Egypt's governorates by the ids that accounts and centres name, in the order of national IDs. */
export const GOVERNORATES: Readonly<Record<string, Words>> = {
  cairo: { ar: 'القاهرة', en: 'Cairo' },
  alexandria: { ar: 'الإسكندرية', en: 'Alexandria' },
  'port-said': { ar: 'بورسعيد', en: 'Port Said' },
  suez: { ar: 'السويس', en: 'Suez' },
  damietta: { ar: 'دمياط', en: 'Damietta' },
  dakahlia: { ar: 'الدقهلية', en: 'Dakahlia' },
  sharqia: { ar: 'الشرقية', en: 'Sharqia' },
  qalyubia: { ar: 'القليوبية', en: 'Qalyubia' },
  'kafr-el-sheikh': { ar: 'كفر الشيخ', en: 'Kafr El Sheikh' },
  gharbia: { ar: 'الغربية', en: 'Gharbia' },
  monufia: { ar: 'المنوفية', en: 'Monufia' },
  beheira: { ar: 'البحيرة', en: 'Beheira' },
  ismailia: { ar: 'الإسماعيلية', en: 'Ismailia' },
  giza: { ar: 'الجيزة', en: 'Giza' },
  'beni-suef': { ar: 'بني سويف', en: 'Beni Suef' },
  faiyum: { ar: 'الفيوم', en: 'Faiyum' },
  minya: { ar: 'المنيا', en: 'Minya' },
  asyut: { ar: 'أسيوط', en: 'Asyut' },
  sohag: { ar: 'سوهاج', en: 'Sohag' },
  qena: { ar: 'قنا', en: 'Qena' },
  aswan: { ar: 'أسوان', en: 'Aswan' },
  luxor: { ar: 'الأقصر', en: 'Luxor' },
  'red-sea': { ar: 'البحر الأحمر', en: 'Red Sea' },
  'new-valley': { ar: 'الوادي الجديد', en: 'New Valley' },
  matrouh: { ar: 'مطروح', en: 'Matrouh' },
  'north-sinai': { ar: 'شمال سيناء', en: 'North Sinai' },
  'south-sinai': { ar: 'جنوب سيناء', en: 'South Sinai' },
};

/** What a governorate is called; one that is not in the list goes by its id. */
export const governorateName = (id: string): Words => GOVERNORATES[id] ?? { ar: id, en: id };
