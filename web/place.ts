/** The device this page stands for: the second part of `/kiosk/<device>/`; empty if none. */
export const deviceIdFromPath = (path: string = location.pathname): string =>
  decodeURIComponent(path.split('/')[2] ?? '');

/** The ticket's token in `/t/<token>`. */
export const ticketFromPath = deviceIdFromPath;
