/** Forms that texts have wherever they come in: in files, on the wire and from devices. */

/** An id that people give: of a kiosk, a service, a machine. */
export const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The name of a profile, and of its file without `.json`. */
export const PROFILE_NAME = /^[a-z0-9-]{1,40}$/;

/**
 * The token of a ticket's page, base32: 37 letters of the ticket's own, 40 of one that came with a
 * lease. Whether it is good, only its day's key tells.
 */
export const TICKET_TOKEN = /^(?:[A-Z2-7]{37}|[A-Z2-7]{40})$/;

/** A telephone number as E.164 writes it, the country first. */
export const PHONE_NUMBER = /^\+[1-9]\d{7,14}$/;
