import { plainId } from './parameters';

export const duplicateId = plainId('Duplicate ID', 'duplicateId', '={{ $json.id }}');
