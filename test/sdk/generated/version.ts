// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.
/** Kahub-Version: the answers are those that the types were made for. */
export const contractVersion = '2026-11-21'
