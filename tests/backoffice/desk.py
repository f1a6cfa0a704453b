"""How the tests press the back office's buttons, and read what it tells."""

from django.urls import reverse


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
