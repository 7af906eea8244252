/** How far the files of a build are. */
export interface BuildUploadProgress {
  uploadedFiles: number;
  totalFiles: number;
  uploadedBytes: number;
  totalBytes: number;
}
