/** Pages that are opened now and then: their script is fetched when one is first asked for. */
export { default as Accounts } from './accounts/Accounts.svelte';
export { default as Alarms } from './alarms/Alarms.svelte';
export { default as Audit } from './audit/Audit.svelte';
export { default as Enrolment } from './enrolment/Enrolment.svelte';
export { default as Export } from './export/Export.svelte';
