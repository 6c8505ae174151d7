import type { App } from '../app-types.ts'

/** endpoints. */
export function endpointRoutes (app: App): void {}
