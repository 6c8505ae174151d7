import { Approval, Budget } from '../../../schema/rest/approvals.ts'
import { readApprovals } from '../../domain/approvals/read-approvals.ts'
import { readBudgets } from '../../domain/approvals/read-budgets.ts'
import { resellerOf } from '../change.ts'
import { approvalView, budgetView } from '../rest/approvals.ts'
import { act, connection, loadOwn, read, type Resource } from './resource.ts'

/** What purchases need a second key for, those that wait for one, and budgets. */
export const approvals: Resource = {
  nodes: {
    Approval: {
      kind: 'approval',
      schema: Approval,
      operation: 'getApproval',
      load: loadOwn('approval', readApprovals, (_, rows) => rows.map(approvalView))
    },
    Budget: {
      kind: 'budget',
      schema: Budget,
      operation: 'listBudgets',
      // A reseller's are few, and what was spent of them is read over all of them.
      load: async request => (await readBudgets(request.caller.world.db, [resellerOf(request).id])).map(budgetView)
    }
  },
  queries: {
    approval: read('getApproval'),
    approvals: connection('listApprovals'),
    approvalPolicy: read('getApprovalPolicy'),
    budgets: connection('listBudgets')
  },
  mutations: {
    approveApproval: act('approveApproval'),
    rejectApproval: act('rejectApproval'),
    putApprovalPolicy: act('putApprovalPolicy'),
    putBudget: act('putBudget'),
    removeBudget: act('removeBudget')
  }
}
