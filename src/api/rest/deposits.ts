import type { App } from '../app-types.ts'

export function depositRoutes (app: App): void {
  void app
}
