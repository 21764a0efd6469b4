"""Job adverts and CVs as text: what they name, and by which words."""
