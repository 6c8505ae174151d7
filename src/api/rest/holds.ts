import type { App } from '../app-types.ts'

/** holds. */
export function holdRoutes (app: App): void {}
