import { Complaint } from '../../../schema/rest/complaints.ts'
import { readComplaints } from '../../domain/links/checkouts/list-complaints.ts'
import { complaintView } from '../rest/complaints.ts'
import { connection, loadOwn, read, type Resource } from './resource.ts'

/** What buyers say of codes that do not work. */
export const complaints: Resource = {
  nodes: {
    Complaint: {
      kind: 'complaint',
      schema: Complaint,
      operation: 'getComplaint',
      load: loadOwn('complaint', readComplaints, (_, rows) => rows.map(complaintView))
    }
  },
  queries: { complaint: read('getComplaint'), complaints: connection('listComplaints') }
}
