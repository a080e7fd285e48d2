import type { Words } from './configuration.js';

/** Egypt's governorates by their codes of ISO 3166-2, in the order of national IDs. */
export const GOVERNORATES: Readonly<Record<string, Words>> = {
  'eg-c': { ar: 'القاهرة', en: 'Cairo' },
  'eg-alx': { ar: 'الإسكندرية', en: 'Alexandria' },
  'eg-pts': { ar: 'بورسعيد', en: 'Port Said' },
  'eg-suz': { ar: 'السويس', en: 'Suez' },
  'eg-dt': { ar: 'دمياط', en: 'Damietta' },
  'eg-dk': { ar: 'الدقهلية', en: 'Dakahlia' },
  'eg-shr': { ar: 'الشرقية', en: 'Sharqia' },
  'eg-kb': { ar: 'القليوبية', en: 'Qalyubia' },
  'eg-kfs': { ar: 'كفر الشيخ', en: 'Kafr El Sheikh' },
  'eg-gh': { ar: 'الغربية', en: 'Gharbia' },
  'eg-mnf': { ar: 'المنوفية', en: 'Monufia' },
  'eg-bh': { ar: 'البحيرة', en: 'Beheira' },
  'eg-is': { ar: 'الإسماعيلية', en: 'Ismailia' },
  'eg-gz': { ar: 'الجيزة', en: 'Giza' },
  'eg-bns': { ar: 'بني سويف', en: 'Beni Suef' },
  'eg-fym': { ar: 'الفيوم', en: 'Faiyum' },
  'eg-mn': { ar: 'المنيا', en: 'Minya' },
  'eg-ast': { ar: 'أسيوط', en: 'Asyut' },
  'eg-shg': { ar: 'سوهاج', en: 'Sohag' },
  'eg-kn': { ar: 'قنا', en: 'Qena' },
  'eg-asn': { ar: 'أسوان', en: 'Aswan' },
  'eg-lx': { ar: 'الأقصر', en: 'Luxor' },
  'eg-ba': { ar: 'البحر الأحمر', en: 'Red Sea' },
  'eg-wad': { ar: 'الوادي الجديد', en: 'New Valley' },
  'eg-mt': { ar: 'مطروح', en: 'Matrouh' },
  'eg-sin': { ar: 'شمال سيناء', en: 'North Sinai' },
  'eg-js': { ar: 'جنوب سيناء', en: 'South Sinai' },
};

/** What a governorate is called; one that is not in the list goes by its id. */
export const governorateName = (id: string): Words => GOVERNORATES[id] ?? { ar: id, en: id };
