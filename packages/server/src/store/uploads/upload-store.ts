import type { InsertUploadResult, NewUpload, Upload, UploadChange, UploadQuotas } from './upload.ts';

/** What the server remembers of uploads. The promises of `Store` hold for each verb. */
export interface UploadStore {
  /** Inserts an upload, unless a quota is used up; callers at once never exceed one together. */
  insertUpload(upload: NewUpload, quotas: UploadQuotas): Promise<InsertUploadResult>;
  getUpload(address: { tenantId: string; executionId: string; id: string }): Promise<Upload | undefined>;
  /**
   * Changes the status, and sets nothing aside any more for one that has ended. Undefined: it is in none of the
   * statuses that the change may come from. A change that ends it has reached the disk when this resolves.
   */
  changeUpload(id: string, change: UploadChange): Promise<Upload | undefined>;
  /** Uploads that have not ended, oldest first. */
  listUnfinishedUploads(): Promise<Upload[]>;
  /** Forgets uploads that ended before. Returns how many. */
  deleteEndedUploads(endedBefore: number): Promise<number>;
}
