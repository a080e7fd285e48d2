import {
  ArrowUpDown,
  Banknote,
  Briefcase,
  Building2,
  ClipboardList,
  Construction,
  FileText,
  GraduationCap,
  HeartPulse,
  House,
  type IconNode,
  Landmark,
  Megaphone,
  MessageSquare,
  PawPrint,
  PlugZap,
  Scale,
  Sprout,
  Store,
  Users,
} from 'lucide';

const PICTOGRAMS: Readonly<Record<string, IconNode>> = {
  'arrow-up-down': ArrowUpDown,
  banknote: Banknote,
  briefcase: Briefcase,
  'building-2': Building2,
  'clipboard-list': ClipboardList,
  construction: Construction,
  'file-text': FileText,
  'graduation-cap': GraduationCap,
  'heart-pulse': HeartPulse,
  house: House,
  landmark: Landmark,
  megaphone: Megaphone,
  'message-square': MessageSquare,
  'paw-print': PawPrint,
  'plug-zap': PlugZap,
  scale: Scale,
  sprout: Sprout,
  store: Store,
  users: Users,
};

/** The names that a sector's `icon` may have; any other gets the sheet of paper. */
export const PICTOGRAM_NAMES: readonly string[] = Object.keys(PICTOGRAMS);

export const pictogram = (name: string): IconNode => PICTOGRAMS[name] ?? FileText;
