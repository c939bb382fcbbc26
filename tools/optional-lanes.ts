/** Tests that may be skipped even with CI=true, by the path that they begin with, and why. Empty: none may. */
export const optionalLanes: readonly { path: string; why: string }[] = [];
