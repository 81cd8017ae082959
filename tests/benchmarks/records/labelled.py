"""A small variety of our own, beside what other packages label: hard names and company names."""

from __future__ import annotations

# text, given name, family name
NAMES = (
    ("DOE, JANE", "JANE", "DOE"), ("van der Berg, Anna", "Anna", "van der Berg"),
    ("Ludwig van Beethoven", "Ludwig", "van Beethoven"), ("李小龍", "小龍", "李"), ("王小明", "小明", "王"),
    ("Juan Carlos de la Cruz", "Juan", "de la Cruz"), ("O'NEILL, SHAUGHN", "SHAUGHN", "O'NEILL"),
    ("DeShawn Jackson", "DeShawn", "Jackson"), ("Dr. med. Anna Weber", "Anna", "Weber"),
    ("Prof. Dr. Hans Meier", "Hans", "Meier"), ("Jean-Luc Picard", "Jean-Luc", "Picard"),
    ("Jane Doe, PhD, MBA", "Jane", "Doe"), ("King, Martin Luther, Jr.", "Martin", "King"),
    ("Ali bin Rashid", "Ali", "bin Rashid"), ("Mohammed al-Fayed", "Mohammed", "al-Fayed"),
    ("Robert \"Bob\" Smith", "Robert", "Smith"), ("John Doe | Acme", "John", "Doe"),
    ("Jane Doe, Attorney at Law", "Jane", "Doe"), ("José García y López", "José", "García y López"),
    ("Frau Anna Schmidt", "Anna", "Schmidt"), ("Nguyễn Văn An", "An", "Nguyễn"),
)  # fmt: skip

# name, whether it has a legal form
COMPANIES = (
    ("Smith & Co", True), ("Acme, L.L.C.", True), ("Foo Holdings", False), ("Acme UK", False),
    ("Müller GmbH & Co. KG", True), ("UG Software UG (haftungsbeschränkt)", True),
    ("Kowalski Sp. z o.o.", True), ("ООО Ромашка", True), ("株式会社トモ", True), ("PT Maju Jaya", True),
    ("Serenity Day Spa", False), ("Ferro S.p.A.", True), ("The Company", False),
    ("Bank of America", False), ("Army Corp of Engineers", False), ("Foo (Pty) Ltd", True),
    ("Tata Consultancy Services Pvt. Ltd.", True), ("Volvo AB", True), ("Group Nine Media", False),
    ("Nokia Oyj", True), ("Foo S. A. de C. V.", True), ("Acme Inc dba Bar", True),
    ("Air France", False), ("Royal Ahold Delhaize N.V.", True), ("Co-op Food", False),
)  # fmt: skip
