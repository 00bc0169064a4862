export async function burst() {}
