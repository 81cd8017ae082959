// Made by build.mjs from js/pages/.
export default [
 {
  "file": "lead",
  "path": "leads/:id",
  "scope": "leads:read"
 },
 {
  "file": "leads",
  "path": "leads",
  "scope": "leads:read",
  "menu": {
   "group": "work",
   "order": 20,
   "text": "nav.leads"
  }
 },
 {
  "file": "overview",
  "path": "",
  "scope": "leads:read",
  "menu": {
   "group": "work",
   "order": 10,
   "text": "nav.overview"
  }
 }
];
