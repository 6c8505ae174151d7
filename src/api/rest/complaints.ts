import type { App } from '../app-types.ts'

export function complaintRoutes (app: App): void {
  void app
}
