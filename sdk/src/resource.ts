// What the resources of the generated clients are made of.
import type { Connection } from './connection.ts'

/** The calls of one resource, over a connection. */
export class Resource {
  protected readonly connection: Connection

  constructor (connection: Connection) {
    this.connection = connection
  }
}
