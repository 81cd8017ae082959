// Made by build.mjs from js/pages/.
export default [
 {
  "file": "import",
  "path": "import",
  "scope": "leads",
  "menu": {
   "group": "data",
   "order": 10,
   "text": "nav.import"
  }
 },
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
 },
 {
  "file": "source",
  "path": "sources/:key",
  "scope": "admin"
 },
 {
  "file": "sources",
  "path": "sources",
  "scope": "admin",
  "menu": {
   "group": "data",
   "order": 20,
   "text": "nav.sources"
  }
 }
];
