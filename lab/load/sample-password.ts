/** Of every sample customer. */
export const samplePassword = "correct horse battery staple";
