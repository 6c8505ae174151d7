import type { App } from '../app-types.ts'

/** events. */
export function eventRoutes (app: App): void {}
