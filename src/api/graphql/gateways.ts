import { connection, type Resource } from './resource.ts'

/** Payment gateways. They are no nodes: the operator chose their ids, and REST reads none by itself. */
export const gateways: Resource = {
  queries: { gateways: connection('listGateways') }
}
