"""Privacy by date: on which ground data of a person are kept, who is to be told where they came from until
when, and when they are to be erased (pure). What people read of it is made here too: the notice of Article
14 and the report of Article 15 GDPR."""
