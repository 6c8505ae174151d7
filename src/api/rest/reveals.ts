import type { App } from '../app-types.ts'

/** reveals. */
export function revealRoutes (app: App): void {}
