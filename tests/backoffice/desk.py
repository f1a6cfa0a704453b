"""How the tests press the back office's buttons, and read what it tells."""

from django.urls import reverse

from erp.backoffice.sheets.sheet import DASH


def list_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def press(client, action, *rows, **answers):
    """Take an action for rows of one kind, as the button or the list does. With answers its form is sent."""
    fields = {"action": action, "_selected_action": [row.pk for row in rows]}
    if answers:
        fields |= {"_asked": "yes", **answers}
    return client.post(list_url(rows[0]), fields, follow=True)


def told(response):
    """Return what the page says, each sentence with its level."""
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def words(response):
    return response.content.decode()


def shown(response, place=0):
    """Return the rows of a sheet of a report as they are seen, without the dashes."""
    rows = [[cell[2] for cell in cells] for _, cells in response.context["sheets"][place]["rows"]]
    return [["" if said == DASH else said for said in row] for row in rows]


def addresses(response, place=0):
    """Return where the first row of a sheet leads."""
    return [url for _, url, _ in response.context["sheets"][place]["rows"][0][1] if url]
