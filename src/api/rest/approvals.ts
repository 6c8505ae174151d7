import type { App } from '../app-types.ts'

/** approvals. */
export function approvalRoutes (app: App): void {}
