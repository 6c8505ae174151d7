import type { App } from '../app-types.ts'

export function sessionRoutes (app: App): void {
  void app
}
