document.title = 'first';
