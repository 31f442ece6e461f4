export const probe = {};
