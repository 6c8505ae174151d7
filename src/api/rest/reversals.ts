import type { App } from '../app-types.ts'

/** reversals. */
export function reversalRoutes (app: App): void {}
