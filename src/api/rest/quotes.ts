import type { App } from '../app-types.ts'

/** quotes. */
export function quoteRoutes (app: App): void {}
