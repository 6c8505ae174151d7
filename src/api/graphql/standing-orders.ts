import { StandingOrder } from '../../../schema/rest/standing-orders.ts'
import { readStandingOrders } from '../../domain/standing-orders/read-standing-orders.ts'
import { standingOrderView } from '../../domain/standing-orders/standing-order-view.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** Buying by the clock, or to keep a level. */
export const standingOrders: Resource = {
  nodes: {
    StandingOrder: {
      kind: 'standing_order',
      schema: StandingOrder,
      operation: 'getStandingOrder',
      load: loadOwn('standing_order', readStandingOrders, (_, rows) => rows.map(standingOrderView))
    }
  },
  queries: {
    standingOrder: read('getStandingOrder'),
    standingOrders: connection('listStandingOrders')
  },
  mutations: {
    createStandingOrder: act('createStandingOrder'),
    updateStandingOrder: act('updateStandingOrder'),
    pauseStandingOrder: act('pauseStandingOrder'),
    resumeStandingOrder: act('resumeStandingOrder'),
    endStandingOrder: act('endStandingOrder')
  },
  fields: {
    StandingOrder: {
      preview: { ...read('previewStandingOrder'), from: { id: 'id' } },
      // `runs` is how many there were, as in REST.
      reports: { ...connection('listStandingRuns'), from: { id: 'id' } }
    }
  }
}
