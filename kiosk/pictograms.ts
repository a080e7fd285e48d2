import type { Component } from 'svelte';
import ArrowUpDown from '@lucide/svelte/icons/arrow-up-down';
import Banknote from '@lucide/svelte/icons/banknote';
import Briefcase from '@lucide/svelte/icons/briefcase';
import Building2 from '@lucide/svelte/icons/building-2';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Construction from '@lucide/svelte/icons/construction';
import FileText from '@lucide/svelte/icons/file-text';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import HeartPulse from '@lucide/svelte/icons/heart-pulse';
import House from '@lucide/svelte/icons/house';
import Landmark from '@lucide/svelte/icons/landmark';
import Megaphone from '@lucide/svelte/icons/megaphone';
import MessageSquare from '@lucide/svelte/icons/message-square';
import PawPrint from '@lucide/svelte/icons/paw-print';
import PlugZap from '@lucide/svelte/icons/plug-zap';
import Scale from '@lucide/svelte/icons/scale';
import Sprout from '@lucide/svelte/icons/sprout';
import Store from '@lucide/svelte/icons/store';
import Users from '@lucide/svelte/icons/users';

const PICTOGRAMS: Readonly<Record<string, Component>> = {
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

export const pictogram = (name: string): Component => PICTOGRAMS[name] ?? FileText;
