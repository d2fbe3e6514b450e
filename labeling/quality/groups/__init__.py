"""What people say of themselves, where a project asks and they consent: `service` and `store`.

Personal: a person's own to give and to withdraw, shown to nobody else one by one, gone with them.
Figures by group are arithmetic over answers (`figures.groups`), with groups too small left out.
"""
