// Made by build.mjs from js/pages/.
export default [
 {
  "file": "companies",
  "path": "companies",
  "scope": "leads:read",
  "menu": {
   "group": "work",
   "order": 30,
   "text": "nav.companies"
  }
 },
 {
  "file": "company",
  "path": "companies/:id",
  "scope": "leads:read"
 },
 {
  "file": "duplicates",
  "path": "duplicates",
  "scope": "leads:read",
  "menu": {
   "group": "work",
   "order": 40,
   "text": "nav.duplicates"
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
  "file": "rejects",
  "path": "rejects",
  "scope": "leads:read",
  "menu": {
   "group": "data",
   "order": 30,
   "text": "nav.rejects"
  }
 }
];
