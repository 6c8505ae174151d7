import type { App } from '../app-types.ts'

/** admin-callbacks. */
export function adminCallbackRoutes (app: App): void {}
