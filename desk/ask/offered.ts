import type { Configuration, ServiceConfig } from '../../core/configuration.js';
import { findServices } from '../../web/find.js';

/** The services to choose from but one: all while nothing is typed, else what is found. */
export function offered(
  { services, sectors }: Pick<Configuration, 'services' | 'sectors'>,
  typed: string,
  except: string,
): readonly ServiceConfig[] {
  const others = services.filter(({ id }) => id !== except);
  return typed.trim() === '' ? others : findServices({ services: others, sectors }, typed);
}
