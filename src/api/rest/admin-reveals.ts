import type { App } from '../app-types.ts'

/** admin-reveals. */
export function adminRevealRoutes (app: App): void {}
