/** The units of Ismailia beside the hall of the demo: Third District. */
export const UNITS = [
  { id: 'ismailia-diwan', name: { ar: 'ديوان عام المحافظة', en: 'Governorate Diwan' } },
  { id: 'ismailia-qantara-west', name: { ar: 'القنطرة غرب', en: 'Qantara West' } },
  { id: 'ismailia-qantara-east', name: { ar: 'القنطرة شرق', en: 'Qantara East' } },
  { id: 'ismailia-fayed', name: { ar: 'فايد', en: 'Fayed' } },
  { id: 'ismailia-qassasin', name: { ar: 'القصاصين', en: 'Qassasin' } },
  { id: 'ismailia-abu-suwayr', name: { ar: 'أبو صوير', en: 'Abu Suwayr' } },
  { id: 'ismailia-tell-el-kebir', name: { ar: 'التل الكبير', en: 'Tell El Kebir' } },
  { id: 'ismailia-first', name: { ar: 'حي أول', en: 'First District' } },
  { id: 'ismailia-second', name: { ar: 'حي ثان', en: 'Second District' } },
] as const;
